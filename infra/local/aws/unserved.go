package aws

import (
	"slices"
	"strings"
)

// elsewhere are the rights of operations that are not served here and whose right has
// another name than the operation, each without its service.
var elsewhere = map[string][]string{
	"dynamodb ExecuteStatement":      partiQL,
	"dynamodb BatchExecuteStatement": partiQL,
	"dynamodb ExecuteTransaction":    partiQL,

	"ses POST /v2/email/outbound-bulk-emails": {"SendBulkEmail", "SendBulkTemplatedEmail"},
	"ses POST /v2/email/identities":           {"CreateEmailIdentity"},
}

var partiQL = []string{"PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}

// mayElsewhere reports whether the caller's role could be granted an operation that is
// not served here. For whoever could not, AWS denies the call, and so does the local
// stack; all others are told what is missing. A path names no right: any right to the
// service will do.
func (s *Server) mayElsewhere(c *call) bool {
	rights, named := elsewhere[c.service.name+" "+c.operation]
	if !named && !strings.Contains(c.operation, " ") {
		rights, named = []string{c.operation}, true
	}
	may := func(pattern string) bool {
		service, _, _ := strings.Cut(pattern, ":")
		if !named {
			return like(strings.ToLower(service), c.service.name)
		}
		return slices.ContainsFunc(rights, func(r string) bool { return likeFold(pattern, c.service.name+":"+r) })
	}
	for _, p := range s.template().Roles[c.caller.Role].Policies {
		for _, st := range p.Statements {
			if st.Effect == "Allow" && slices.ContainsFunc(st.Actions, may) {
				return true
			}
		}
	}
	return c.caller.Operator
}
