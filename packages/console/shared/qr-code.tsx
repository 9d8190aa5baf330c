import { encodeQr } from '../qr/encode.ts';

/** Modules of white around the symbol (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

/** A QR code as a picture; dark on white in every theme, as scanners want it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const matrix = encodeQr(text);
  if (!matrix) return <p class="id">{text}</p>;
  const { size, dark } = matrix;
  let path = '';
  for (let place = 0; place < dark.length; place++) {
    if (dark[place] === 1) path += `M${place % size} ${Math.floor(place / size)}h1v1h-1z`;
  }
  const whole = size + 2 * QUIET;
  return (
    <svg class="qr" viewBox={`${-QUIET} ${-QUIET} ${whole} ${whole}`} role="img" aria-label={label}>
      <rect x={-QUIET} y={-QUIET} width={whole} height={whole} fill="#ffffff" />
      <path d={path} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  );
}
