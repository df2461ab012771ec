package store_test

import (
	"context"
	"testing"

	"segnatura/store"
	"segnatura/store/storetest"
)

var empty storetest.Empty

func open(tb testing.TB, o storetest.Options) storetest.Store {
	tb.Helper()
	empty.Into(tb, o.Dir, func(dir string) error {
		db, err := store.Open(context.Background(), store.Config{Dir: dir})
		if err != nil {
			return err
		}
		return db.Close()
	})
	db, err := store.Open(context.Background(), store.Config{Dir: o.Dir, Clock: o.Clock, Timestamps: true})
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) { storetest.Run(t, open) }
