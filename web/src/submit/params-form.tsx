// Not "@rjsf/core": what that also exports for tests wants a validator that we do not have.
import withTheme from "@rjsf/core/lib/withTheme.js";
import type { RJSFSchema } from "@rjsf/utils";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { placed } from "@/submit/faults";
import type { Params } from "@/submit/schema";
import { schemaOf } from "@/submit/schemas";
import { fields, widgets } from "@/submit/theme/controls";
import { templates } from "@/submit/theme/templates";
import { uiOf } from "@/submit/ui-schema";
import { validator } from "@/submit/validator";

const Form = withTheme<unknown>({ templates, widgets, fields });

const NO_FAULTS: readonly FieldFault[] = [];

// Nothing is filled in behind the person's back: what holds when a field is empty stands in it.
const NO_DEFAULTS = {
  arrayMinItems: { populate: "never" },
  constAsDefaults: "never",
  emptyObjectFields: "skipDefaults",
} as const;

interface ParamsFormProps {
  type: JobTypeInfo;
  /** As `startParams` makes it first and `onChange` gives it back; not what the API takes. */
  value: Params;
  onChange: (value: Params) => void;
  /** Shown at their fields; the first of them gets the focus. Pointers as in /params/dataset. */
  errors?: readonly FieldFault[];
}

/**
 * The fields of a job type's parameters, without a form around them and without a button.
 *
 * `startParams(type, given)` makes the first value, `toParams(type, value)` what the API takes,
 * and `paramFaults(type, params)` tells what the API would refuse (all from `@/submit/schemas`).
 */
export function ParamsForm({ type, value, onChange, errors = NO_FAULTS }: ParamsFormProps) {
  const { t } = useTranslation();
  const schema = schemaOf(type);
  const ui = useMemo(() => uiOf(schema), [schema]);
  const tree = useMemo(() => placed(schema, errors).tree, [schema, errors]);
  const box = useFocusOnFault(errors);
  if (Object.keys(schema.properties ?? {}).length === 0) {
    return <p className="text-muted">{t("submit.nothing")}</p>;
  }
  return (
    <div ref={box}>
      <Form
        tagName="div"
        idPrefix="params"
        schema={schema as RJSFSchema}
        uiSchema={ui}
        validator={validator}
        formData={value}
        extraErrors={tree}
        showErrorList={false}
        experimental_defaultFormStateBehavior={NO_DEFAULTS}
        onChange={({ formData }) => onChange((formData ?? {}) as Params)}
      >
        <></>
      </Form>
    </div>
  );
}

/** The focus goes to the first field that is wrong, once for each time that some are. */
function useFocusOnFault(errors: readonly FieldFault[]) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.length === 0) return;
    box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);
  return box;
}
