package store_test

import (
	"context"
	"testing"

	"segnatura/store"
	"segnatura/store/storetest"
)

func open(tb testing.TB, o storetest.Options) storetest.Store {
	tb.Helper()
	db, err := store.Open(context.Background(), store.Config{Dir: o.Dir, Clock: o.Clock})
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) { storetest.Run(t, open) }
