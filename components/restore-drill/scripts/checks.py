# What is looked at in the restored data. Each check says `passed`, `failed` or `skipped`, and never a value of a row.
from postgres import QueryError

# PostgreSQL's classes of damage, and of files that are not there.
DAMAGED, NO_FILE = "XX", "58P01"


def passed(detail=None):
    return {"result": "passed", "detail": detail}


def failed(detail):
    return {"result": "failed", "detail": detail}


def skipped(detail):
    return {"result": "skipped", "detail": detail}


def all_checks(postgres, open_database, wanted, source):
    """`source`: roles and databases of the live database when the marker was written; None without a marker."""
    databases = [
        row[0] for row in postgres.rows("select datname from pg_database where datallowconn order by datname")
    ]
    made = {"answers": in_each(databases, open_database, lambda each: passed())}
    if made["answers"]["result"] == "failed":
        return made
    made["databases"] = compared("database", source and source["databases"], databases)
    roles = [row[0] for row in postgres.rows("select rolname from pg_roles")]
    made["roles"] = compared("role", source and source["roles"], roles)
    if wanted.get("extensions", True):
        made["extensions"] = in_each(databases, open_database, missing_libraries)
    if wanted.get("collations", True):
        made["collations"] = in_each(databases, open_database, changed_collations)
    pages = wanted.get("pages", "catalogs")
    if pages != "none":
        made["pages"] = in_each(databases, open_database, lambda each: damaged(each, pages == "full"))
    if wanted.get("sql"):
        made["sql"] = statements(wanted["sql"], open_database)
    return made


def compared(what, expected, found):
    if expected is None:
        return skipped("without a marker there is nothing to compare with")
    missing = sorted(set(expected) - set(found))
    if missing:
        return failed("The restored data have no %s %s" % (what, ", ".join(missing)))
    return passed("%d" % len(expected))


def in_each(databases, open_database, look):
    """The first problem in any database."""
    details = []
    for name in databases:
        check = checked(name, open_database, look)
        if check["result"] == "failed":
            return failed("Database %s: %s" % (name, check["detail"]))
        if check["detail"]:
            details.append("%s: %s" % (name, check["detail"]))
    return passed("; ".join(details) or None)


# PostgreSQL looks for a name without a folder, and since 18 for one in $libdir, in each folder of its path.
MISSING_LIBRARIES = """
    select distinct probin
    from pg_proc p
    join pg_language l on l.oid = p.prolang and l.lanname = 'c',
    (select setting from pg_config() where name = 'PKGLIBDIR') as own
    where probin is not null and not exists (
        select from unnest(string_to_array(current_setting('dynamic_library_path'), ':')) as given(folder),
        lateral (
            select case when probin like '/%' then probin
            else replace(given.folder, '$libdir', own.setting) || '/' || replace(probin, '$libdir/', '') end as path
        ) as each,
        unnest(array['', '.so']) as ending
        where (pg_stat_file(each.path || ending, true)).size is not null
    )
    order by probin
"""


def checked(name, open_database, look):
    try:
        connection = open_database(name)
        try:
            return look(connection)
        finally:
            connection.close()
    except QueryError as error:
        return failed("%s (SQLSTATE %s)" % (error, error.sqlstate))


def missing_libraries(connection):
    """Extensions without their files in the image, and functions whose library is not in it."""
    gone = connection.rows(
        "select extname from pg_extension where extname not in (select name from pg_available_extensions)"
    )
    if gone:
        return failed("the image has no files of extension %s" % ", ".join(row[0] for row in gone))
    # Looked for and not loaded: some libraries end the session that loads them.
    missing = connection.rows(MISSING_LIBRARIES)
    if missing:
        return failed("the image has no library %s" % ", ".join(row[0] for row in missing[:5]))
    return passed()


def changed_collations(connection):
    version = int(connection.value("show server_version_num"))
    if version >= 150000:
        changed = connection.value(
            "select datname from pg_database where datname = current_database()"
            " and datcollversion is distinct from pg_database_collation_actual_version(oid)"
            " and datcollversion is not null"
        )
        if changed:
            return failed("its collation has another version in this image")
    changed = connection.rows(
        "select distinct c.collname from pg_collation c where c.collversion is not null"
        " and c.collversion is distinct from pg_collation_actual_version(c.oid)"
        " and exists (select from pg_depend d where d.refclassid = 'pg_collation'::regclass and d.refobjid = c.oid)"
    )
    if changed:
        return failed("collation %s has another version in this image" % ", ".join(row[0] for row in changed))
    return passed()


def damaged(connection, is_full):
    """Reads the catalogs, or everything, by PostgreSQL's amcheck. The copy is the drill's own: it may be installed."""
    try:
        connection.rows("create extension if not exists amcheck")
    except QueryError as error:
        if error.sqlstate in (NO_FILE, "0A000", "42704"):
            return passed("not read: the image has no amcheck")
        raise
    schema = connection.value(
        "select quote_ident(nspname) from pg_namespace n join pg_extension e on e.extnamespace = n.oid"
        " where extname = 'amcheck'"
    )
    where = "" if is_full else " and n.nspname = 'pg_catalog'"
    tables = connection.rows(
        "select c.oid, c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " left join pg_am a on a.oid = c.relam where c.relkind in ('r', 'm', 't') and a.amname = 'heap'"
        " and c.relpersistence = 'p'" + where
    )
    for oid, name in tables:
        problem = problem_of(connection, "select blkno, msg from %s.verify_heapam(%%s::oid) limit 1" % schema, oid)
        if problem:
            return failed("table %s is damaged: %s" % (name, problem))
    indexes = connection.rows(
        "select i.indexrelid, i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid"
        " join pg_namespace n on n.oid = c.relnamespace join pg_am a on a.oid = c.relam where a.amname = 'btree'"
        " and i.indisvalid and c.relpersistence = 'p' and c.relkind = 'i'" + where
    )
    for oid, name in indexes:
        all_rows = "true" if is_full else "false"
        problem = problem_of(connection, "select %s.bt_index_check(%%s::oid, %s)" % (schema, all_rows), oid)
        if problem:
            return failed("index %s is damaged: %s" % (name, problem))
    return passed("%d tables, %d indexes" % (len(tables), len(indexes)))


def problem_of(connection, statement, oid):
    try:
        found = connection.rows(statement, (oid,))
    except QueryError as error:
        if str(error.sqlstate).startswith(DAMAGED):
            return str(error)
        raise
    # verify_heapam gives a row for each problem; bt_index_check gives one of nothing, or ends in an error.
    return "block %s, %s" % found[0] if found and len(found[0]) == 2 else None


def statements(wanted, open_database):
    for number, each in enumerate(wanted, 1):
        where = "statement %d (database %s)" % (number, each["database"])
        try:
            connection = open_database(each["database"])
            try:
                found = connection.rows(each["statement"])
            finally:
                connection.close()
        except QueryError as error:
            # PostgreSQL's words may have a value of a row.
            return failed("%s ends in an error, SQLSTATE %s" % (where, error.sqlstate))
        if not found or any(value is not True for row in found for value in row):
            return failed("%s is not true" % where)
    return passed("%d" % len(wanted))
