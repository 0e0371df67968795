package console

import (
	"embed"
	"net/http"
	"path"
	"strings"
)

// What npm packages brought is listed in vendored.txt, with package, version, licence
// and checksum.
//
//go:embed static
var staticFiles embed.FS

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// static serves the embedded files.
func static(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	kind, known := contentTypes[path.Ext(name)]
	body, err := staticFiles.ReadFile(name)
	if err != nil || !known {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	compressed(w, r, http.StatusOK, body)
}
