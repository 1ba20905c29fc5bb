'use strict';
const box = document.getElementById('search');
if (box) {
  const rows = [...document.querySelectorAll('tr[data-text]')], found = document.getElementById('found');
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !words.every(word => row.dataset.text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    found.textContent = words.length ? `${count} of ${rows.length}` : '';
    history.replaceState(null, '', words.length ? '#' + encodeURIComponent(box.value) : location.pathname + location.search);
  };
  document.getElementById('tools').hidden = false;
  try { box.value = decodeURIComponent(location.hash.slice(1)); } catch { }
  box.addEventListener('input', show);
  show();
}
