// Says the numbers of the bucket that is pointed at under its picture, also on a phone, where nothing shows titles.
document.addEventListener('pointermove', point);
document.addEventListener('pointerdown', point);

function point(event) {
  const chart = event.target.closest?.('.st-chart');
  const plot = chart?.querySelector('.st-plot');
  if (!plot || event.target.closest('details')) return;
  const left = plot.getBoundingClientRect().left;
  const at = (event.clientX - left) / plot.clientWidth * 100;
  let near = null;
  for (const dot of plot.querySelectorAll('.st-dot')) {
    if (!near || Math.abs(parseFloat(dot.style.left) - at) < Math.abs(parseFloat(near.style.left) - at)) near = dot;
  }
  if (!near || near.classList.contains('st-near')) return;
  plot.querySelector('.st-near')?.classList.remove('st-near');
  near.classList.add('st-near');
  const bar = [...chart.querySelectorAll('.st-bars > *')].find(one => one.title.split(': ')[0] === near.title.split(': ')[0]);
  chart.querySelector('.st-says').textContent = near.title + (bar ? ' · ' + bar.title.split(': ')[1] : '');
}
