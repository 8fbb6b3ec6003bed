declare module "*.sh" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
declare module "*.bash" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
declare module "*.zsh" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
declare module "*.fish" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
declare module "*.csh" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
