/** What clients ask for. */
export const VALUES: readonly string[] = ['red', 'green', 'blue', 'amber', 'violet', 'white'];
