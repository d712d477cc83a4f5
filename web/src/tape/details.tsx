import { useTranslation } from "react-i18next";

import { CartridgeDetails } from "@/tape/cartridge-details";
import { DriveDetails } from "@/tape/drive-details";
import { useDrives, useMedia } from "@/tape/rows";
import { useShow } from "@/tape/show";
import { Dialog } from "@/ui/dialog";
import { Loading } from "@/ui/states";

/** The drive or cartridge that the address names, over the page. */
export function Details() {
  const { t } = useTranslation();
  const { shown, close } = useShow();
  const drives = useDrives();
  const media = useMedia();
  if (shown === null) return null;
  const [what, key] = [shown.slice(0, shown.indexOf(":")), shown.slice(shown.indexOf(":") + 1)];
  const drive = what === "drive" && drives.data?.items.find((one) => one.key === key);
  const cartridge = what === "cartridge" && media.data?.items.find((one) => one.key === key);
  const title = drive
    ? t("tape.driveTitle", { serial: drive.serial })
    : cartridge
      ? t("tape.cartridgeTitle", { barcode: cartridge.barcode })
      : t("tape.gone");
  return (
    <Dialog open wide onOpenChange={close} title={title}>
      {drive && <DriveDetails drive={drive} />}
      {cartridge && <CartridgeDetails media={cartridge} />}
      {!drive && !cartridge && (media.isPending ? <Loading /> : <p>{t("tape.goneHint")}</p>)}
    </Dialog>
  );
}
