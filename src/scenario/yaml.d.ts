/** A YAML file as text: bundles and tests take it in whole. */
declare module '*.yaml?raw' {
  const text: string;
  export default text;
}
