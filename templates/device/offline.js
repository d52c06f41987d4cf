const tryAgain = async () => {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
};
addEventListener("online", tryAgain);
setInterval(() => document.hidden || tryAgain(), 5000);
