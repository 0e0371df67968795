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

// joined are files of which one is made. htmx starts in the pause before the next script:
// an extension in its own file comes too late where that is still loading, and
// no page that a slow line brings would be live.
var joined = map[string][]string{"static/live.js": {"static/htmx.js", "static/sse.js"}}

// static serves the embedded files.
func static(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	kind, known := contentTypes[path.Ext(name)]
	body, err := readStatic(name)
	if err != nil || !known {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	compressed(w, r, http.StatusOK, body)
}

func readStatic(name string) (all []byte, err error) {
	parts := joined[name]
	if parts == nil {
		return staticFiles.ReadFile(name)
	}
	for _, p := range parts {
		one, err := staticFiles.ReadFile(p)
		if err != nil {
			return nil, err
		}
		all = append(append(all, one...), '\n')
	}
	return all, nil
}
