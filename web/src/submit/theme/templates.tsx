/** How @rjsf lays out fields, groups of them, and lists of groups. */
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  TemplatesType,
} from "@rjsf/utils";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Schema, isGroup } from "@/submit/schema";
import { Button } from "@/ui/button";
import { Errors, Field } from "@/ui/field";

type Fields = ObjectFieldTemplateProps<unknown>;

function FieldTemplate(props: FieldTemplateProps<unknown>) {
  const { id, label, required, rawErrors, children } = props;
  const schema = props.schema as Schema;
  if (isGroup(schema)) return children;
  if (schema["x-kind"] === "switch") {
    return <SwitchRow id={id} help={schema.description} errors={rawErrors} control={children} />;
  }
  return (
    <Field
      id={id}
      label={label}
      help={schema.description}
      errors={rawErrors}
      required={required ?? false}
    >
      {() => children}
    </Field>
  );
}

interface SwitchRowProps {
  id: string;
  help: string | undefined;
  errors: string[] | undefined;
  control: React.ReactNode;
}

function SwitchRow({ id, help, errors = [], control }: SwitchRowProps) {
  return (
    <div className="flex flex-col">
      {control}
      {help && (
        <p id={`${id}-help`} className="text-muted ml-6 text-xs">
          {help}
        </p>
      )}
      <Errors id={`${id}-error`} errors={errors} />
    </div>
  );
}

const FEW = 4; // so many optional fields do not get in the way

function ObjectFieldTemplate(props: Fields) {
  const { fieldPathId, properties } = props;
  const schema = props.schema as Schema;
  if (fieldPathId.path.length === 0) return <Root {...props} />;
  return (
    <fieldset className="border-line flex min-w-0 flex-col gap-4 rounded-lg border p-4">
      <legend className="px-1 font-medium">{numbered(schema.title ?? "", fieldPathId.path)}</legend>
      {schema.description && <p className="text-muted -mt-2 text-xs">{schema.description}</p>}
      {properties.map((one) => one.content)}
    </fieldset>
  );
}

/** The items of a list are told apart by their number. */
function numbered(title: string, path: readonly (string | number)[]): string {
  const last = path.at(-1);
  return typeof last === "number" ? `${title} ${last + 1}` : title;
}

/** What is needed first; the rest out of the way, unless something in it is set or wrong. */
function Root({ properties, errorSchema, formData, schema }: Fields) {
  const { t } = useTranslation();
  const isNeeded = ({ name }: { name: string }) => schema.required?.includes(name);
  const needed = properties.filter(isNeeded);
  const rest = properties.filter((one) => !isNeeded(one));
  const isSet = (name: string) => (formData as Record<string, unknown> | undefined)?.[name];
  const [open, setOpen] = useState(rest.some(({ name }) => isSet(name) !== undefined));
  const isWrong = rest.some(({ name }) => name in (errorSchema ?? {}));
  if (needed.length === 0 || rest.length <= FEW) {
    return <div className="flex flex-col gap-5">{properties.map((one) => one.content)}</div>;
  }
  return (
    <div className="flex flex-col gap-5">
      {needed.map((one) => one.content)}
      <details
        open={open || isWrong}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="border-line border-t pt-3"
      >
        <summary className="text-accent min-h-6 w-fit cursor-pointer font-medium">
          {t("submit.more", { count: rest.length })}
        </summary>
        <div className="mt-4 flex flex-col gap-5">{rest.map((one) => one.content)}</div>
      </details>
    </div>
  );
}

function ArrayFieldTemplate(props: ArrayFieldTemplateProps<unknown>) {
  const { t } = useTranslation();
  const { canAdd, fieldPathId, items, onAddClick, rawErrors = [], required } = props;
  const schema = props.schema as Schema;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 font-medium">
        {schema.title}
        {required && (
          <span className="text-bad" aria-hidden>
            {" *"}
          </span>
        )}
      </legend>
      {schema.description && <p className="text-muted text-xs">{schema.description}</p>}
      {items}
      <Errors id={`${fieldPathId.$id}-error`} errors={rawErrors} />
      {canAdd && (
        <div>
          <Button
            size="small"
            id={fieldPathId.$id}
            aria-invalid={rawErrors.length > 0}
            onClick={() => onAddClick()}
          >
            <Plus aria-hidden /> {t("submit.field.addOf", { title: schema.items?.title ?? "" })}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function ArrayFieldItemTemplate(props: ArrayFieldItemTemplateProps<unknown>) {
  const { t } = useTranslation();
  const { children, buttonsProps, index, schema } = props;
  const title = t("submit.field.itemOf", { title: schema.title ?? "", number: index + 1 });
  return (
    <div className="relative">
      {children}
      <Button
        look="quiet"
        size="tiny"
        className="bg-surface absolute -top-1 right-2"
        aria-label={t("submit.field.removeOf", { title })}
        onClick={() => buttonsProps.onRemoveItem()}
      >
        <X aria-hidden />
      </Button>
    </div>
  );
}

const Nothing = () => null;

export const templates: Partial<TemplatesType<unknown>> = {
  ArrayFieldItemTemplate,
  ArrayFieldTemplate,
  DescriptionFieldTemplate: Nothing,
  FieldErrorTemplate: Nothing,
  FieldHelpTemplate: Nothing,
  FieldTemplate,
  ObjectFieldTemplate,
};
