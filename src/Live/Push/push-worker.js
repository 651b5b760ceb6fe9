// Runs in a clinician's browser while its page is closed. What is pushed says only that somebody asks for help; the page says the rest.
self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification("An officer asks for help", { body: "Touch this to answer.", tag: "ring", renotify: true, requireInteraction: true }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(answer());
});

async function answer() {
  const home = new URL("../consult", self.location).href;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => page.url.startsWith(home));
  return open ? open.focus() : self.clients.openWindow(home);
}
