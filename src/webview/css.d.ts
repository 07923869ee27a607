/** The build makes a string of it. */
declare module '*.css' {
  export const style: string;
}
