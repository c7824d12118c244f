/** There wherever this runs, and pure; the library of the language itself does not know it. */
declare function structuredClone<T>(value: T): T;
