// The package's own types say that its function is a default export, which it is not.
declare module "@balena/dockerignore" {
  interface Ignore {
    add(text: string): Ignore;
    ignores(path: string): boolean;
  }
  function createIgnore(): Ignore;
  export = createIgnore;
}
