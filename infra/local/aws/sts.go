package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
)

// sts says who calls. AWS asks for no permission for that.
func (s *Server) sts() *service {
	return &service{
		name:       "sts",
		operations: map[string]operation{"GetCallerIdentity": s.callerIdentity},
		throttled:  failure{status: http.StatusBadRequest, code: "Throttling"},
		failed:     failure{status: http.StatusInternalServerError, code: "InternalFailure"},
		denied:     failure{status: http.StatusForbidden, code: "AccessDenied"},
		unknown:    failure{status: http.StatusBadRequest, code: "InvalidAction"},
		fail:       failXML,
	}
}

func (s *Server) callerIdentity(c *call) (prepared, error) {
	return prepared{do: func(context.Context) (any, error) {
		arn := fmt.Sprintf("arn:aws:iam::%s:user/%s", s.template().Account, c.caller.Name)
		if role, ok := s.template().Roles[c.caller.Role]; ok && !c.caller.Operator {
			arn = fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", s.template().Account, role.Name, c.caller.Name)
		}
		return xmlReply(c.operation, struct {
			XMLName xml.Name `xml:"GetCallerIdentityResult"`
			Arn     string
			UserID  string `xml:"UserId"`
			Account string
		}{Arn: arn, UserID: "AIDALOCAL:" + c.caller.Name, Account: s.template().Account})
	}}, nil
}
