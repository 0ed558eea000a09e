/**
 * What the status page uses of a browser, as types: the compiler's own would let the whole project believe that
 * it runs in one. Nothing that takes markup is among it (no innerHTML, no insertAdjacentHTML): text is all that
 * can be put into the page.
 */
export interface PageNode {
  textContent: string | null;
  readonly children: ArrayLike<PageElement>;
}

export interface PageElement extends PageNode {
  readonly clientWidth: number;
  hidden: boolean;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...nodes: readonly PageNode[]): void;
  replaceChildren(...nodes: readonly PageNode[]): void;
  remove(): void;
}

export interface PageDocument {
  title: string;
  readonly visibilityState: 'visible' | 'hidden';
  createElement(tag: string): PageElement;
  createElementNS(namespace: string, tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface PageWindow {
  readonly document: PageDocument;
  addEventListener(type: 'resize', listener: () => void): void;
}

/** In a browser; read by no module while it is loaded but by main.ts. */
export const page = globalThis as unknown as PageWindow;
