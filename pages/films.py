"""Films: one at a time; the film with its timeline, its faces, and files to keep."""

from fer_core.recognition.answers.ways import Way
from ui import frame, problems, resources
from ui.films import intake, progress, results
from ui.server import uploads
from ui.server.films import FILMS

frame.header("Films", "Drop in a film and see which expression each face shows, and when.")
network = resources.recognizer().asked(Way(looks=2))
problems.tell_of_detector(network)
job = FILMS.of(uploads.session_id())
if job is None:
    intake.take_in()
elif job.analyzed is not None:
    results.draw(job, network)
elif job.state == "ready":
    intake.choose(job, network)
else:
    progress.draw(job)
