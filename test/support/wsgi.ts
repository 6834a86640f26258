/** The end of a Python program whose `given` names the port: Django behind the server of the standard library, without its log. */
export const serveDjango = `class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

make_server('127.0.0.1', given['port'], get_wsgi_application(), handler_class=Quiet).serve_forever()
`;
