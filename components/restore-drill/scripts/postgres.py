# Connections to the source and to the restored copy.


class QueryError(Exception):
    """PostgreSQL's own words, never a row: those stand in an error's detail, which is left out."""

    def __init__(self, sqlstate, message):
        super().__init__(message)
        self.sqlstate = sqlstate


class Connection:
    def __init__(self, raw, error_type):
        self.raw = raw
        self.error_type = error_type

    def rows(self, statement, values=None):
        try:
            with self.raw.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except self.error_type as error:
            raise query_error(error)

    def value(self, statement, values=None):
        found = self.rows(statement, values)
        return found[0][0] if found else None

    def close(self):
        try:
            self.raw.close()
        except self.error_type:
            pass


def query_error(error):
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error).strip().split("\n")[0]
    return QueryError(getattr(error, "pgcode", None), said)


def connect(host, user, password, database, seconds=5, statement_seconds=0):
    # Only the sidecar's image has it.
    import psycopg2

    try:
        raw = psycopg2.connect(
            host=host,
            port=5432,
            user=user,
            password=password,
            dbname=database,
            # The password is never sent in clear: CloudNativePG asks for it by SCRAM.
            sslmode="require",
            connect_timeout=seconds,
            application_name="restore-drill",
            keepalives_idle=30,
            options="-c statement_timeout=%d -c lock_timeout=30s" % (statement_seconds * 1000),
        )
    except psycopg2.Error as error:
        raise query_error(error)
    # Each statement on its own: the marker's COMMIT has to be written before its place in the WAL is asked for.
    raw.autocommit = True
    return Connection(raw, psycopg2.Error)
