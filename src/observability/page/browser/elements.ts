/**
 * Makes and changes elements. The one place that puts text into the page, and every text goes through `visible`.
 * What has not changed is not touched: a reader's selection, focus and scroll position stay.
 */
import type { PageElement } from './browser.js';
import { page } from './browser.js';
import { HINT_LENGTH, SHOWN_LENGTH, visible } from './text.js';

const SVG = 'http://www.w3.org/2000/svg';

export type Attributes = Readonly<Record<string, string | number>>;

const withAttributes = (element: PageElement, attributes: Attributes): PageElement => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
};

export const element = (tag: string, attributes: Attributes = {}): PageElement =>
  withAttributes(page.document.createElement(tag), attributes);

export const svgElement = (tag: string, attributes: Attributes = {}): PageElement =>
  withAttributes(page.document.createElementNS(SVG, tag), attributes);

export const setText = (of: PageElement, text: string, length = SHOWN_LENGTH): PageElement => {
  const shown = visible(text, length);
  if (of.textContent !== shown) of.textContent = shown;
  return of;
};

/** null takes it away. */
export const setAttribute = (of: PageElement, name: string, value: string | null): void => {
  if (of.getAttribute(name) === value) return;
  if (value === null) of.removeAttribute(name);
  else of.setAttribute(name, value);
};

/** A tooltip: for what the text was cut from. */
export const setHint = (of: PageElement, text: string | null): void =>
  setAttribute(of, 'title', text === null ? null : visible(text, HINT_LENGTH));

/** An element of the document that the service serves. */
export const byId = (id: string): PageElement => {
  const found = page.document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
};

/** So many children of that kind, those that are there first. */
export const children = (of: PageElement, tag: string, wanted: number): readonly PageElement[] => {
  while (of.children.length > wanted) of.children[of.children.length - 1]?.remove();
  while (of.children.length < wanted) of.append(element(tag));
  return Array.from(of.children);
};
