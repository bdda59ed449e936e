// The catalogue is on its way while the page's own script is still being read; api.ts takes the answer.
if (!/[#&](at|t)=/.test(location.hash)) {
  window.riskmapEarly = fetch("/api/layers", { headers: { accept: "application/json" } });
  window.riskmapEarly.catch(() => undefined);
}
