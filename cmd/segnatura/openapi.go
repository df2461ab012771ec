package main

import (
	"context"
	"encoding/json"

	"segnatura/ui"
)

// openapi prints the API's own description; the front end's types are made from it.
func openapi(_ context.Context, e env, args []string) error {
	if err := parse(flags(e, "openapi"), args); err != nil {
		return err
	}
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(ui.New(ui.Config{}).OpenAPI())
}
