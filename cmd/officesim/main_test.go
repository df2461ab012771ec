package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRunPrintsAddressesAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	done := make(chan int, 1)
	var stderr strings.Builder
	go func() {
		done <- run(ctx, []string{"-scanner=127.0.0.1:0", "-printer=127.0.0.1:0", "-control=127.0.0.1:0"}, nil, w, &stderr)
		w.Close()
	}()
	addresses := map[string]string{}
	lines := bufio.NewScanner(r)
	for len(addresses) < 3 && lines.Scan() {
		what, address, _ := strings.Cut(lines.Text(), " ")
		addresses[what] = address
	}
	resp, err := http.Get(addresses["scanner"] + "/ScannerStatus")
	if err != nil {
		t.Fatalf("the scanner of %v: %v", addresses, err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the scanner answers %s", resp.Status)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	if _, err := http.Get(addresses["control"]); err == nil {
		t.Error("the page is still served")
	}
}

func TestWrongUsageAndRefusal(t *testing.T) {
	for _, tc := range []struct {
		args string
		code int
	}{
		{"-nonsense", 2}, {"-printer-dpi=204", 2}, {"more", 2}, {"-scanner=0.0.0.0:0", 1}, {"-help", 0},
	} {
		var stdout, stderr strings.Builder
		if code := run(t.Context(), strings.Fields(tc.args), nil, &stdout, &stderr); code != tc.code || stdout.Len() != 0 || stderr.Len() == 0 {
			t.Errorf("officesim %s: exit %d, wrote %q and %q", tc.args, code, stdout.String(), stderr.String())
		}
	}
}
