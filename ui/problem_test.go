package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// A browser that goes away in the middle, as one that leaves the page while its password is changed, is no fault of the station.
func TestAGivenUpRequestIsNoError(t *testing.T) {
	var log bytes.Buffer
	s := &Server{Config: Config{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, test := range []struct {
		ctx   context.Context
		err   error
		level string
	}{
		{gone, fmt.Errorf("hash the password: %w", context.Canceled), "level=INFO"},
		{gone, errors.New("disk full"), "level=ERROR"},
		{t.Context(), fmt.Errorf("hash the password: %w", context.Canceled), "level=ERROR"},
	} {
		log.Reset()
		s.asProblem(test.ctx, "changePassword", test.err)
		if !strings.Contains(log.String(), test.level) {
			t.Errorf("%v: logged %q", test.err, log.String())
		}
	}
}
