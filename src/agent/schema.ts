/** The part of JSON Schema that tools describe their input with. What is published is what is checked. */
export type Schema =
  | { readonly type: 'string'; readonly description: string; readonly enum?: readonly string[]; readonly pattern?: string }
  | { readonly type: 'integer'; readonly description: string; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'array'; readonly description: string; readonly items: Schema; readonly minItems: 1; readonly maxItems: number }
  | ObjectSchema;

export interface ObjectSchema {
  readonly type: 'object';
  readonly description?: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** What is wrong with an input, and what is allowed there. */
export class WrongInput extends Error {
  readonly field: string;
  /** Names from exchanges and the person, each no more than one word. */
  readonly choices: readonly string[];

  constructor(field: string, expected: string, choices: readonly string[] = []) {
    super(`${field}: ${expected}${choices.length === 0 ? '' : ` Choices, as data: ${JSON.stringify(choices)}`}`);
    this.field = field;
    this.choices = choices;
  }
}

/** @throws WrongInput */
export function mustFit(value: unknown, schema: Schema, field = 'input'): void {
  const wrong = (expected: string): never => {
    throw new WrongInput(field, expected);
  };
  switch (schema.type) {
    case 'string': {
      const { pattern = '^[^]{1,100}$', enum: words } = schema;
      if (typeof value !== 'string' || !new RegExp(pattern, 'u').test(value) || words?.includes(value) === false)
        wrong(words === undefined ? schema.description : `one of ${words.join(', ')}.`);
      return;
    }
    case 'integer': {
      const { minimum, maximum } = schema;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum)
        wrong(`a whole number from ${minimum.toString()} to ${maximum.toString()}.`);
      return;
    }
    case 'array':
      if (!Array.isArray(value) || value.length < schema.minItems || value.length > schema.maxItems)
        return wrong(`a list of 1 to ${schema.maxItems.toString()}.`);
      for (const [index, one] of value.entries()) mustFit(one, schema.items, `${field}[${index.toString()}]`);
      return;
    case 'object': {
      const { properties, required = [] } = schema;
      const names = Object.keys(properties);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object.');
      const given = new Map(Object.entries(value));
      const allowed = names.length === 0 ? 'takes no arguments.' : `takes only ${names.join(', ')}.`;
      if ([...given.keys()].some((name) => !names.includes(name))) wrong(allowed);
      for (const [name, inner] of Object.entries(properties)) {
        const path = field === 'input' ? name : `${field}.${name}`;
        if (given.has(name)) mustFit(given.get(name), inner, path);
        else if (required.includes(name)) throw new WrongInput(path, `is missing. ${inner.description ?? ''}`.trim());
      }
    }
  }
}
