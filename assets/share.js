// Photos shared from a phone's own share sheet arrive as a POST that no page could catch. This worker keeps them on the
// phone, in a cache of their own, until the list of people has asked whose they are. It answers nothing else.
const DOOR = "/people/share";
const KEPT = "shared-photos";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === DOOR) event.respondWith(keep(event.request));
});

async function keep(request) {
  const files = (await request.formData()).getAll("files").filter((each) => each instanceof File);
  const cache = await caches.open(KEPT);
  const now = Date.now();
  const put = (file, index) => {
    const name = encodeURIComponent(file.name || "shared.jpg");
    return cache.put(`/people/shared/${now}-${index}/${name}`, new Response(file, { headers: { "Content-Type": file.type } }));
  };
  await Promise.all(files.map(put));
  return Response.redirect("/people", 303);
}
