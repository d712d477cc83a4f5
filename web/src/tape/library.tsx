import { CassetteTape } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { LoneDrives } from "@/tape/lone-drives";
import { StartLinks } from "@/jobs/starting";
import { shelfOf } from "@/tape/model";
import { type LibraryRow, useDrives, useLibraries, useMedia, useSlots } from "@/tape/rows";
import { ShelfView } from "@/tape/shelf";
import { Empty, Failed, Loading } from "@/ui/states";
import { Tabs } from "@/ui/tabs";

/** Every library, one at a time; which one stands in the address. */
export function LibraryTab() {
  const { t } = useTranslation();
  const libraries = useLibraries();
  if (libraries.isPending) return <Loading />;
  if (libraries.isError)
    return <Failed problem={libraries.error} retry={() => void libraries.refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      {libraries.data.items.length === 0 ? (
        <Empty icon={CassetteTape} title={t("tape.noLibrary")}>
          <p className="mb-3">{t("tape.noLibraryHint")}</p>
          <StartLinks types={["tape.scan", "tape.vtl_library_create"]} />
        </Empty>
      ) : (
        <Libraries libraries={libraries.data.items} />
      )}
      <LoneDrives />
    </div>
  );
}

function Libraries({ libraries }: { libraries: LibraryRow[] }) {
  const { t } = useTranslation();
  const { name } = useParams();
  const navigate = useNavigate();
  const chosen = name === undefined ? libraries[0] : libraries.find(({ key }) => key === name);
  if (libraries.length === 1 && chosen !== undefined) return <Library library={chosen} />;
  return (
    <Tabs
      label={t("tape.libraries")}
      value={chosen?.key ?? ""}
      onChange={(key) => void navigate(`/tape/libraries/${key}`)}
      tabs={libraries.map(({ key }) => ({ value: key, title: key }))}
    >
      {chosen === undefined ? (
        <Empty title={t("tape.noSuchLibrary", { name: name ?? "" })} />
      ) : (
        <Library key={chosen.key} library={chosen} />
      )}
    </Tabs>
  );
}

function Library({ library }: { library: LibraryRow }) {
  const slots = useSlots();
  const drives = useDrives();
  const media = useMedia();
  const failed = [slots, drives, media].find((one) => one.isError);
  if (failed) return <Failed problem={failed.error} retry={() => void failed.refetch()} />;
  if (!slots.data || !drives.data || !media.data) return <Loading />;
  const shelf = shelfOf(library, {
    slots: slots.data.items,
    drives: drives.data.items,
    media: media.data.items,
  });
  return <ShelfView shelf={shelf} seen={slots.data} />;
}
