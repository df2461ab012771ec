package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A sheet that is longer than what is read of an answer is refused in words: the rows at its end would be missing.
func TestALongAnswerIsNotCut(t *testing.T) {
	piece := make([]byte, 1<<20)
	long := true
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range mostSheetBytes >> 20 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
		if long {
			_, _ = w.Write([]byte{1}) // who has gone notices nothing
		}
	}))
	defer service.Close()
	d := &deskClient{url: service.URL + "/"}
	var sheet []byte
	if err := d.call(t.Context(), http.MethodPost, "sheet", nil, &sheet); err == nil || !strings.Contains(err.Error(), "longer than 64 MiB") || sheet != nil {
		t.Errorf("one byte too many: %v, %d bytes", err, len(sheet))
	}
	long = false
	if err := d.call(t.Context(), http.MethodPost, "sheet", nil, &sheet); err != nil || len(sheet) != mostSheetBytes {
		t.Errorf("just as much: %v, %d bytes", err, len(sheet))
	}
}
