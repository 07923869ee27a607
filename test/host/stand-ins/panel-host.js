// In the page of the panel and in an empty one: takes the editor's place, and measures. Runs before their scripts.
/* global window, document, performance, requestAnimationFrame, MessageChannel, PerformanceObserver */
'use strict';

const stage = (window.stage = { kept: undefined });

window.acquireVsCodeApi = () => ({
  postMessage: (message) => void window.toHost(JSON.stringify(message)),
  getState: () => stage.kept,
  setState: (kept) => (stage.kept = kept),
});

const afterPaint = (act) =>
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(0);
  });

let told = () => undefined;
window.addEventListener('message', () => {
  told();
  told = () => undefined;
});

// As a text, as the editor hands it on.
const tell = (text) => window.postMessage(text, '*');
stage.post = (message) => tell(JSON.stringify(message));
/** Posts what is due at that pace, and answers how long each took until it was painted. */
stage.feed = (everyMs) =>
  new Promise((resolve) => {
    const painted = [];
    const pace = setInterval(() => {
      const message = stage.due.shift();
      if (message === undefined) {
        clearInterval(pace);
        // They are kept for good otherwise, and would be taken for the page's own.
        performance.clearMarks();
        resolve(painted);
        return;
      }
      const text = JSON.stringify(message);
      const begun = performance.now();
      // Before the page's own listener, so that the next frame shows what that one draws.
      told = () =>
        afterPaint(() => {
          performance.mark('painted');
          painted.push(performance.now() - begun);
        });
      performance.mark('told');
      tell(text);
    }, everyMs);
  });
/** From frame to frame, while nothing happens. */
stage.frames = (ms) =>
  new Promise((resolve) => {
    const frames = [];
    let [began, before] = [performance.now(), undefined];
    const next = () => {
      const now = performance.now();
      if (before !== undefined) frames.push(now - before);
      before = now;
      if (now - began < ms) requestAnimationFrame(next);
      else resolve(frames);
    };
    requestAnimationFrame(next);
  });
/** Resolves once something matches, and is painted. */
stage.shown = (selector) =>
  new Promise((resolve) => {
    const look = () =>
      document.querySelector(selector) === null ? requestAnimationFrame(look) : afterPaint(() => resolve(performance.now()));
    look();
  });
stage.wear = ({ class: name, colors }) => {
  document.body.className = name;
  for (const { name: known } of [...document.documentElement.attributes])
    if (known === 'style') document.documentElement.removeAttribute(known);
  for (const [color, value] of Object.entries(colors)) document.documentElement.style.setProperty(color, value);
};
/** What is wider than its place, but for what scrolls and what says so by dots. */
stage.cutOff = () => {
  const isMeant = (one) =>
    one.closest('.scroll, svg, #spoken, select, input') !== null || getComputedStyle(one).textOverflow === 'ellipsis';
  const within = document.documentElement.clientWidth;
  return [document.documentElement, ...document.body.querySelectorAll('*')]
    .filter((one) => one.checkVisibility() && !isMeant(one))
    .filter(
      (one) =>
        (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline') ||
        one.getBoundingClientRect().right > within + 1,
    )
    .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 60)}`);
};
