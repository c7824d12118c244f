/** At most one call every `ms`, the first at once and always the last. */
export function throttled<T>(ms: number, call: (value: T) => void): (value: T) => void {
  let waiting: { value: T } | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function tick(): void {
    timer = null;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    timer = setTimeout(tick, ms);
    call(value);
  }

  return (value) => {
    waiting = { value };
    if (timer === null) tick();
  };
}
