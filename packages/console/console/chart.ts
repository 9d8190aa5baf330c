import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Draws lines over time into an element; they take the colours of the page. */
export function drawChart(
  place: HTMLElement,
  columns: uPlot.AlignedData,
  { names, locale }: { readonly names: readonly string[]; readonly locale: string },
): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const strokes = ['--held', '--transit'].map(colour);
  const axis = { stroke: colour('--chart-text'), grid: { stroke: colour('--chart-line') } };
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const number = new Intl.NumberFormat(locale);
  return new uPlot(
    {
      width: Math.max(280, place.clientWidth),
      height: 220,
      series: [
        { label: '', value: (_, at) => (at === null ? '' : clock.format(at * 1000)) },
        ...names.map((label, n) => ({
          label,
          width: 2,
          stroke: strokes[n] ?? '',
          points: { show: false },
        })),
      ],
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((at) => clock.format(at * 1000)), space: 90 },
        { ...axis, size: 70, values: (_, ticks) => ticks.map((value) => number.format(value)) },
      ],
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    },
    columns,
    place,
  );
}
