import icons from "../look/icons.json" with { type: "json" };

// The few things that every island does.

const Svg = "http://www.w3.org/2000/svg";

export function icon(name: keyof typeof icons, size = 16): SVGSVGElement {
  return svg("svg", { class: "icon", width: size, height: size, viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, [
    svg("path", { d: icons[name] }),
  ]);
}

export function svg<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>, children: Element[] = []): SVGElementTagNameMap[K] {
  const element = document.createElementNS(Svg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Makes an element; `on…` entries become listeners, null and false leave an attribute out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number | boolean | null | ((event: Event) => void)> = {},
  ...children: (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((c) => c !== null));
  return element;
}

/** What is typed into must keep its keys. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit|range)$/.test(target.type));
}

/** JSON from an attribute: what the server wrote is trusted to have the shape, an absent attribute is the fallback. */
export function fromAttribute<T>(element: HTMLElement, name: string, fallback: T): T {
  const text = element.dataset[name];
  return text ? (JSON.parse(text) as T) : fallback;
}

export interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  status?: number;
}

/** A sentence for a failed answer: the problem's own words when it has some. */
export async function sentenceOf(answer: Response): Promise<Problem> {
  if (answer.headers.get("content-type")?.includes("problem+json")) return (await answer.json()) as Problem;
  return { title: "The server could not do this", detail: `It answered ${answer.status} ${answer.statusText}`.trim() + ".", status: answer.status };
}

export function notice(tone: "info" | "ok" | "warn" | "danger", problem: Problem): HTMLElement {
  return make("div", { class: `notice tone-${tone}`, role: tone === "danger" || tone === "warn" ? "alert" : "status" },
    icon(tone === "ok" ? "check" : "alert", 18),
    make("div", { class: "notice-words" },
      problem.title ? make("p", { class: "notice-title" }, problem.title) : null,
      problem.detail ? make("p", {}, problem.detail) : null,
      problem.code ? make("p", { class: "notice-code" }, "Code ", make("code", {}, problem.code)) : null));
}
