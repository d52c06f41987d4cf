/**
 * Shows a page of few words where the network is away, and keeps nothing: not a page, not a word.
 * Pages alone come by here; streams, requests of scripts and files go past it.
 */

const PAGE = {{ page|tojson }};
const HEADERS = {{ headers|tojson }};
const NO_PAGES = /^\/(api|v1|static|events|hello)(\/|$)/;

addEventListener("install", (event) => {
  skipWaiting(); // it knows nothing that an older one would have to hand over
  const past = ["cors", "no-cors", "same-origin"].map((requestMode) => ({
    condition: { requestMode },
    source: "network",
  }));
  event.waitUntil(event.addRoutes?.(past)); // they do not even wake it, where a browser can do so
});

addEventListener("activate", (event) => {
  event.waitUntil(registration.navigationPreload?.enable()); // nobody waits until it is awake
});

addEventListener("fetch", (event) => {
  if (isPage(event.request)) event.respondWith(visit(event));
});

function isPage({ method, mode, url }) {
  const { pathname, searchParams } = new URL(url);
  const streams = searchParams.has("stream");
  return mode === "navigate" && method === "GET" && !streams && !NO_PAGES.test(pathname);
}

/** Whatever the server says counts; only where it says nothing, we do. */
async function visit(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return new Response(PAGE, { status: 503, headers: HEADERS });
  }
}
