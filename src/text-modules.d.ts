declare module "*.sh" {
  const text: string;
  // oxlint-disable-next-line no-default-export -- the shape of a text import
  export default text;
}
