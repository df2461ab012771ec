package layout

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed default/*.toml
var defaults embed.FS

// Defaults returns the layouts that the program brings.
func Defaults(fits Fits) (Set, error) {
	dir, err := fs.Sub(defaults, "default")
	if err != nil {
		return Set{}, fmt.Errorf("open the program's own layouts: %w", err)
	}
	return Set{}.ReadFolder(dir, fits)
}
