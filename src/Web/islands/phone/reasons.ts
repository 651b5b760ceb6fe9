import { make } from "../dom.js";
import type { StateName, StateReason } from "./manifest.js";
import type { Store } from "./store.js";

/** A reason as the policy in force has it. */
interface ReasonRule {
  code: string;
  label: string;
  permits: StateName[];
  saidAloud: boolean;
}

// The policy's own words for place and asker (src/Governance/Policies/Policy.cs).
const Places = ["public", "private-home", "hospital", "school", "religious", "shelter", "washroom", "police-facility", "other"];
const Askers = ["self", "occupant", "victim", "witness", "medical", "supervisor", "other"];

/** When no policy was ever read on this phone: the recording must not wait for one. */
const Unknown: ReasonRule[] = [{ code: "other", label: "Another reason", permits: ["stopped", "muted", "averted"], saidAloud: false }];

/** The reasons of the policy in force; without a network those that were read last. */
export async function readReasons(policy: URL, store: Store): Promise<ReasonRule[]> {
  try {
    const answer = await fetch(policy, { headers: { accept: "application/json" }, credentials: "same-origin" });
    if (answer.ok) {
      const { reasons } = ((await answer.json()) as { policy: { reasons: ReasonRule[] } }).policy;
      await store.change((on) => on("self").put(reasons, "reasons"));
      return reasons;
    }
  } catch {
    // No network: what was read last holds.
  }
  return (await store.reasons<ReasonRule[]>()) ?? Unknown;
}

const words = (code: string): string => code.replace(/-/g, " ");

/** Asks why; one press on a reason answers. Null when the officer thought better of it. */
export function askReason(title: string, state: StateName, rules: ReasonRule[]): Promise<StateReason | null> {
  const said = make("input", { type: "checkbox", id: "said-aloud" });
  const place = choice("reason-place", Places);
  const asker = choice("reason-asker", Askers);
  const supervisor = make("input", { id: "reason-supervisor", maxlength: 64, autocomplete: "off", inputmode: "numeric" });
  const text = make("input", { id: "reason-text", maxlength: 500, autocomplete: "off" });
  const button = (rule: ReasonRule): HTMLElement =>
    make("li", {}, make("button", { class: "choice", value: rule.code }, make("strong", {}, rule.label), rule.permits.includes(state) ? (rule.saidAloud ? make("span", { class: "muted" }, "say it first") : null) : make("span", { class: "muted" }, "not accepted by the policy")));
  const accepted = rules.filter((r) => r.permits.includes(state));
  const others = rules.filter((r) => !r.permits.includes(state));
  const dialog = make("dialog", { class: "dialog sheet", "aria-labelledby": "reason-title" },
    make("form", { method: "dialog" },
      make("header", { class: "dialog-head" }, make("h2", { id: "reason-title" }, title), make("button", { class: "button", value: "", formnovalidate: true }, "Back")),
      make("div", { class: "dialog-body" },
        make("label", { class: "tick", for: "said-aloud" }, said, "I have said the reason aloud"),
        make("ul", { class: "choices" }, ...(accepted.length > 0 ? accepted : Unknown).map(button)),
        make("details", { class: "branch" },
          make("summary", {}, make("span", { class: "branch-name" }, "More: place, who asked, in words")),
          make("div", { class: "form branch-body" },
            field("Place", place), field("Who asked", asker), field("Supervisor told (badge)", supervisor), field("In words", text),
            others.length > 0 ? make("ul", { class: "choices" }, ...others.map(button)) : null)))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (!dialog.returnValue) return answer(null);
      answer({
        reasonCode: dialog.returnValue,
        saidAloud: said.checked,
        ...(text.value.trim() ? { text: text.value.trim() } : {}),
        ...(place.value ? { place: place.value } : {}),
        ...(asker.value ? { askedBy: asker.value } : {}),
        ...(supervisor.value.trim() ? { supervisor: supervisor.value.trim() } : {}),
      });
    });
  });
}

function choice(id: string, codes: string[]): HTMLSelectElement {
  return make("select", { id }, make("option", { value: "" }, "Not said"), ...codes.map((code) => make("option", { value: code }, words(code))));
}

const field = (label: string, control: HTMLElement): HTMLElement => make("div", { class: "field" }, make("label", { for: control.id }, label), control);

/**
 * Asks how it ends, which also catches a press that was not meant: it is over, or it ends for one of the policy's reasons to stop.
 * @returns the detail of the cause; null to go on recording.
 */
export function askEnd(rules: ReasonRule[]): Promise<string | null> {
  const button = (code: string, label: string, strong: boolean): HTMLElement => make("button", { class: strong ? "phone-main on" : "choice", value: code }, strong ? make("span", {}, label) : make("strong", {}, label));
  const dialog = make("dialog", { class: "dialog sheet", "aria-labelledby": "end-title" },
    make("form", { method: "dialog" },
      make("header", { class: "dialog-head" }, make("h2", { id: "end-title" }, "End the recording?"), make("button", { class: "button", value: "" }, "Go on")),
      make("div", { class: "dialog-body" },
        button("over", "It is over: end", true),
        make("p", {}, "It is not over, and it ends because:"),
        make("ul", { class: "choices" }, ...rules.filter((r) => r.permits.includes("stopped")).map((r) => make("li", {}, button(r.code, r.label, false)))))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue || null);
    }),
  );
}
