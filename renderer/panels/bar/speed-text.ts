import type { Speed } from '../../../src/contract/index.ts';

/** `1/16×`, `4×`, `Max`. */
export function speedText(speed: Speed): string {
  if (speed === 'max') return 'Max';
  const whole = 1 / speed;
  if (speed < 1 && Math.abs(whole - Math.round(whole)) < 1e-9) return `1/${Math.round(whole)}×`;
  return `${Number(speed.toFixed(2))}×`;
}
