// The battery, which a worker may not ask for: the Battery Status API is for documents only. Says nothing else.

/** @param {number | null} value Infinity where the browser cannot tell, which JSON cannot hold */
const finite = (value) => (Number.isFinite(value) ? value : null);

async function battery() {
  const manager = await navigator.getBattery();
  return {
    charging: manager.charging,
    level: manager.level,
    chargingTime: finite(manager.chargingTime),
    dischargingTime: finite(manager.dischargingTime),
  };
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  if (sender.id !== chrome.runtime.id || message?.ask !== 'battery') return false;
  battery().then(
    (value) => reply({value}),
    (error) => reply({reason: String(error?.message ?? error)}),
  );
  return true; // the answer comes later
});
