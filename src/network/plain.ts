/**
 * An independent copy of plain data: objects, arrays and what never changes. (`structuredClone` belongs to a host, not
 * to this room.)
 */
export function copyPlain<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copyPlain(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyPlain(item)])) as T;
}
