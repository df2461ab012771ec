package ui

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// dist is the built front end. A fresh clone has only .gitkeep there, so that it builds and vets before the front end is built.
//
//go:embed all:dist
var dist embed.FS

// application serves the browser's program: files by name, and the page itself for every other path, since the page routes by itself.
func application() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("ui: the embedded folder is missing: " + err.Error())
	}
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "the front end is not built: make build", http.StatusServiceUnavailable)
		})
	}
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case strings.HasPrefix(name, "api/"):
			http.NotFound(w, r)
		case strings.HasPrefix(name, "assets/"):
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // names carry a digest
			server.ServeHTTP(w, r)
		case name != "" && exists(files, name):
			server.ServeHTTP(w, r)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(page)
		}
	})
}

func exists(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir()
}
