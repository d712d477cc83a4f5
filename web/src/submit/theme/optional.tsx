import type { FieldProps } from "@rjsf/utils";
import { useTranslation } from "react-i18next";

import { type Schema, isGroup } from "@/submit/schema";
import { Button } from "@/ui/button";

/** What may be left as it is: it must be set before it can be filled in, if only with nothing. */
export function OptionalField(props: FieldProps<unknown>) {
  const { t } = useTranslation();
  const { formData, fieldPathId, onChange, registry } = props;
  const schema = props.schema as Schema;
  const title = schema.title ?? "";
  const { ArrayField, ObjectField } = registry.fields;
  const Inner = schema.type === "array" ? ArrayField : ObjectField;
  const change = (value: unknown) => onChange(value, fieldPathId.path);
  if (formData === undefined || formData === null) {
    return (
      <div className="flex flex-col items-start gap-1">
        {isGroup(schema) && <Head schema={schema} />}
        <Button
          size="small"
          id={fieldPathId.$id}
          aria-label={t("submit.field.setOf", { title })}
          onClick={() => change(schema.type === "array" ? [] : {})}
        >
          {t("submit.field.set")}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex flex-col items-start gap-2 [&>:first-child]:w-full">
      {Inner && <Inner {...props} />}
      <Button
        look="quiet"
        size="small"
        aria-label={t("submit.field.leave", { title })}
        onClick={() => change(undefined)}
      >
        {t("submit.field.unset")}
      </Button>
    </div>
  );
}

function Head({ schema }: { schema: Schema }) {
  return (
    <>
      <p className="font-medium">{schema.title}</p>
      <p className="text-muted text-xs">{schema.description}</p>
    </>
  );
}
