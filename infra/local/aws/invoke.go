package aws

import (
	"net/http"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

const invokePrefix = "/2015-03-31/functions/"

// invoke lets a caller whose role grants it through to Server.Invoke.
func (s *Server) invoke(w http.ResponseWriter, r *http.Request) {
	key, _ := credential(r)
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, invokePrefix), "/invocations")
	resource := name
	if i := slices.IndexFunc(s.template().Functions, func(f template.Function) bool { return f.Name == name }); i >= 0 {
		resource = s.template().Functions[i].ARN
	}
	caller, ok := s.has().keys[key]
	if !ok {
		failJSON("")(w, failure{status: http.StatusForbidden, code: "UnrecognizedClientException"}.with("the local stack gave out no access key %q", key))
		return
	}
	if err := s.authorize(caller, need("lambda:InvokeFunction", resource)); err != nil {
		failJSON("")(w, failure{status: http.StatusForbidden, code: "AccessDeniedException"}.with("%v", err))
		return
	}
	s.Invoke(w, r)
}
