/** What @rjsf asks of a validator; its usual one makes code at run time, which our pages forbid. */
import type { RJSFValidationError, ValidatorType } from "@rjsf/utils";

import { faultsOf, placed } from "@/submit/faults";
import { isRecord, paramsOf } from "@/submit/params";
import type { Schema } from "@/submit/schema";

export const validator: ValidatorType<unknown> = {
  validateFormData: (data, schema) => {
    const faults = faultsOf(schema as Schema, paramsOf(schema as Schema, data));
    const errors = faults.map(({ pointer, message }): RJSFValidationError => ({
      property: pointer,
      message,
      stack: message,
    }));
    return { errors, errorSchema: placed(schema as Schema, faults).tree };
  },
  isValid: (schema, data) => faultsOf(schema as Schema, isRecord(data) ? data : {}).length === 0,
  rawValidation: (schema, data) => ({
    errors: faultsOf(schema as Schema, isRecord(data) ? data : {}) as never[],
  }),
};
