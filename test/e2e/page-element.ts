/** What is used of an element inside the page, where code of ours runs that is checked without a browser's types. */
export interface PageElement {
  readonly innerText: string;
  readonly value: string;
  /** Pixels of what is seen of it, and of what is in it. */
  readonly clientWidth: number;
  readonly scrollWidth: number;
  checkVisibility(): boolean;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement>;
}
