import { HardDrive } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { ofKind } from "@/schedules/policy";
import { Simulator } from "@/schedules/simulator";
import { useDatasets } from "@/schedules/snapshots";
import { isZone, ownZone } from "@/schedules/zones";
import { Field, Select } from "@/ui/field";
import { Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** The simulator by itself: for a dataset in the address. */
export function SimulatorPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const datasets = useDatasets();
  const dataset = search.get("dataset") ?? "";
  const tz = search.get("tz") ?? "";
  return (
    <Page title={t("schedules.sim.title")}>
      {datasets.isPending && <Loading />}
      {datasets.isError && (
        <Failed problem={datasets.error} retry={() => void datasets.refetch()} />
      )}
      {datasets.data?.length === 0 && (
        <Empty icon={HardDrive} title={t("schedules.sim.noDatasets")}>
          {t("schedules.sim.noDatasetsHint")}
        </Empty>
      )}
      {datasets.data && datasets.data.length > 0 && (
        <DatasetChoice names={[...new Set(datasets.data.map((row) => row.name))]} />
      )}
      {dataset !== "" && (
        <Simulator
          key={dataset}
          dataset={dataset}
          tz={isZone(tz) ? tz : ownZone()}
          start={ofKind("count", null)}
        />
      )}
    </Page>
  );
}

function DatasetChoice({ names }: { names: string[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const chosen = search.get("dataset") ?? "";
  return (
    <Field label={t("schedules.sim.dataset")}>
      {(parts) => (
        <Select
          {...parts}
          className="max-w-md"
          value={chosen}
          onChange={(event) => setSearch({ dataset: event.target.value })}
        >
          <option value="" disabled>
            {t("schedules.sim.chooseDataset")}
          </option>
          {!names.includes(chosen) && chosen !== "" && <option>{chosen}</option>}
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
