"""The ledger's rules that no column constraint can say, as triggers: entries of a transfer sum to zero at commit, and
transfers and entries are never changed or deleted.

They come with create_all(). A migration executes CREATE after it made the tables, and DROP before it drops them.
"""

from typing import Any

from sqlalchemy import Connection, Table, event, text

CREATE = (
    """
CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(amount) FROM entry WHERE transfer_id = NEW.transfer_id) <> 0 THEN
    RAISE EXCEPTION 'the entries of transfer % do not sum to zero', NEW.transfer_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$
""",
    "CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero()",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON transfer"
    " FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()",
)
DROP = (
    "DROP TRIGGER append_only ON transfer",
    "DROP TRIGGER append_only ON entry",
    "DROP TRIGGER sums_to_zero ON entry",
    "DROP FUNCTION ledger_is_append_only()",
    "DROP FUNCTION ledger_sums_to_zero()",
)


def attach(entry: Table) -> None:
    """The triggers come and go with the table `entry`, which is made after `transfer` because it refers to it."""

    def create(_table: Table, connection: Connection, **_options: Any) -> None:
        for statement in CREATE:
            connection.execute(text(statement))

    def drop(_table: Table, connection: Connection, **_options: Any) -> None:
        for statement in DROP:
            connection.execute(text(statement))

    event.listen(entry, "after_create", create)
    event.listen(entry, "before_drop", drop)
