import { icon, make, sentenceOf } from "./dom.js";
import { formWith } from "./webrtc.js";

/**
 * `<lapel-live-push data-key data-worker data-keep data-end>`: rings this browser while its page is closed, through the browser maker's push
 * service. Off until somebody turns it on; what stands in the element is shown where the browser cannot.
 */
class LivePush extends HTMLElement {
  readonly #words = make("p", { class: "muted", role: "status" });
  readonly #button = make("button", { class: "button wide", type: "button", onclick: () => void this.#turn() });
  #registered: ServiceWorkerRegistration | null = null;
  #subscription: PushSubscription | null = null;

  async connectedCallback(): Promise<void> {
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) return;
    try {
      this.#registered = await navigator.serviceWorker.register(new URL(this.dataset.worker ?? "", document.baseURI));
      this.#subscription = await this.#registered.pushManager.getSubscription();
      if (this.#subscription) await this.#keep(this.#subscription); // the server may have forgotten it
    } catch {
      return; // refused by the browser's own settings: the words in the element stay
    }
    this.replaceChildren(this.#button, this.#words);
    this.#show("");
  }

  async #turn(): Promise<void> {
    this.#button.disabled = true;
    try {
      if (this.#subscription) await this.#end(this.#subscription);
      else await this.#begin();
      this.#show("");
    } catch (trouble) {
      this.#show(trouble instanceof Error ? trouble.message : "It did not work.");
    } finally {
      this.#button.disabled = false;
    }
  }

  async #begin(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("Your browser does not allow notifications from this page.");
    const subscription = await this.#registered!.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.dataset.key ?? "" });
    try {
      await this.#keep(subscription);
    } catch (refused) {
      await subscription.unsubscribe();
      throw refused;
    }
    this.#subscription = subscription;
  }

  async #end(subscription: PushSubscription): Promise<void> {
    await subscription.unsubscribe();
    this.#subscription = null;
    await this.#post(this.dataset.end ?? "", { endpoint: subscription.endpoint });
  }

  #keep(subscription: PushSubscription): Promise<void> {
    const { p256dh = "", auth = "" } = subscription.toJSON().keys ?? {};
    return this.#post(this.dataset.keep ?? "", { endpoint: subscription.endpoint, key: p256dh, secret: auth });
  }

  async #post(address: string, fields: Record<string, string>): Promise<void> {
    const answer = await fetch(new URL(address, document.baseURI), { method: "POST", body: formWith(fields), credentials: "same-origin" });
    if (!answer.ok) throw new Error((await sentenceOf(answer)).title ?? "The server did not take it.");
  }

  #show(trouble: string): void {
    const on = this.#subscription !== null;
    this.dataset.state = on ? "on" : "off";
    this.#button.setAttribute("aria-pressed", String(on));
    this.#button.replaceChildren(icon("phone"), on ? "Do not ring me when this page is closed" : "Ring me also when this page is closed");
    this.#words.textContent = trouble || "The ring goes through your browser maker's push service, which is outside the building. It is encrypted for this browser, and says only that somebody asks for help.";
  }
}

customElements.define("lapel-live-push", LivePush);
