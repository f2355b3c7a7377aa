// SPDX-License-Identifier: GPL-2.0
/*
 * A provider for configfs-TSM without TDX hardware, for tests: a signer in user space makes the quotes.
 *
 * The signer opens /dev/tsm-simulated, one process at a time, and repeats: read() waits for a request and takes it,
 * write() answers it. Numbers are in the machine's own byte order.
 *
 *   request   u64 id, u8 inblob[64]
 *   answer    u64 id, u32 errno, u32 zero, then the blob; with an errno other than 0 there is no blob
 *
 * Requests are served one at a time, as the TDX driver does. One that no signer takes waits for a signer.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/tsm.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

static unsigned int timeout_ms = 30 * 1000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "how long a request waits for its answer, in milliseconds");

struct signing_request {
	u64 id;
	u8 inblob[TSM_INBLOB_MAX];
};

struct signing_answer {
	u64 id;
	u32 error;
	u32 zero;
};

enum stage { IDLE, QUEUED, TAKEN, ANSWERED };

/* Held by the one request that is being served. */
static DEFINE_MUTEX(turn);

/* Guards all below. */
static DEFINE_MUTEX(lock);
static enum stage stage = IDLE;
static struct signing_request request;
static int error;
static void *blob;
static size_t blob_len;
static bool attached;

static DECLARE_WAIT_QUEUE_HEAD(queued);
static DECLARE_WAIT_QUEUE_HEAD(answered);

static void answer(int with_error, void *with_blob, size_t len)
{
	error = with_error;
	blob = with_blob;
	blob_len = len;
	WRITE_ONCE(stage, ANSWERED);
	wake_up_interruptible(&answered);
}

static int serve(struct tsm_report *report)
{
	long left;
	int rc = 0;

	mutex_lock(&lock);
	request.id++;
	memcpy(request.inblob, report->desc.inblob, TSM_INBLOB_MAX);
	WRITE_ONCE(stage, QUEUED);
	mutex_unlock(&lock);
	wake_up_interruptible(&queued);

	left = wait_event_interruptible_timeout(answered, READ_ONCE(stage) == ANSWERED,
						msecs_to_jiffies(READ_ONCE(timeout_ms)));

	mutex_lock(&lock);
	if (stage != ANSWERED) {
		rc = left < 0 ? -EINTR : -ETIMEDOUT;
	} else if (error) {
		rc = -error;
	} else {
		/* tsm.ko frees it with kvfree(). */
		report->outblob = blob;
		report->outblob_len = blob_len;
	}
	WRITE_ONCE(stage, IDLE);
	mutex_unlock(&lock);
	return rc;
}

static int report_new(struct tsm_report *report, void *data)
{
	int rc;

	/* As TDX: exactly the 64 bytes of report data. */
	if (report->desc.inblob_len != TSM_INBLOB_MAX)
		return -EINVAL;
	if (mutex_lock_interruptible(&turn))
		return -EINTR;
	rc = serve(report);
	mutex_unlock(&turn);
	return rc;
}

static bool attr_visible(int index)
{
	return index == TSM_REPORT_GENERATION || index == TSM_REPORT_PROVIDER;
}

static bool bin_attr_visible(int index)
{
	return index == TSM_REPORT_INBLOB || index == TSM_REPORT_OUTBLOB;
}

static const struct tsm_ops provider = {
	.name = "tdx_guest",
	.report_new = report_new,
	.report_attr_visible = attr_visible,
	.report_bin_attr_visible = bin_attr_visible,
};

static int signer_open(struct inode *inode, struct file *file)
{
	int rc = 0;

	mutex_lock(&lock);
	if (attached)
		rc = -EBUSY;
	else
		attached = true;
	mutex_unlock(&lock);
	return rc ?: stream_open(inode, file);
}

static int signer_release(struct inode *inode, struct file *file)
{
	mutex_lock(&lock);
	attached = false;
	/* What the signer took with it is not answered any more. */
	if (stage == TAKEN)
		answer(EIO, NULL, 0);
	mutex_unlock(&lock);
	return 0;
}

static ssize_t signer_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	ssize_t rc = 0;

	if (count < sizeof(request))
		return -EINVAL;
	while (!rc) {
		if (wait_event_interruptible(queued, READ_ONCE(stage) == QUEUED))
			return -ERESTARTSYS;
		mutex_lock(&lock);
		/* It may have been given up, or taken by another thread, since. */
		if (stage == QUEUED) {
			rc = -EFAULT;
			if (!copy_to_user(to, &request, sizeof(request))) {
				rc = sizeof(request);
				WRITE_ONCE(stage, TAKEN);
			}
		}
		mutex_unlock(&lock);
	}
	return rc;
}

static ssize_t signer_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	struct signing_answer head;
	ssize_t rc = count;
	void *body;

	if (count < sizeof(head))
		return -EINVAL;
	if (count > sizeof(head) + TSM_OUTBLOB_MAX)
		return -EFBIG;
	if (copy_from_user(&head, from, sizeof(head)))
		return -EFAULT;
	if (head.zero || head.error > MAX_ERRNO || (head.error && count != sizeof(head)))
		return -EINVAL;
	body = vmemdup_user(from + sizeof(head), count - sizeof(head));
	if (IS_ERR(body))
		return PTR_ERR(body);

	mutex_lock(&lock);
	if (stage == TAKEN && head.id == request.id) {
		answer(head.error, body, count - sizeof(head));
		body = NULL;
	} else {
		/* Too late, or never asked. */
		rc = -ENOENT;
	}
	mutex_unlock(&lock);
	kvfree(body);
	return rc;
}

static const struct file_operations signer = {
	.owner = THIS_MODULE,
	.open = signer_open,
	.release = signer_release,
	.read = signer_read,
	.write = signer_write,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tsm-simulated",
	.fops = &signer,
	.mode = 0600,
};

static int __init tsm_simulated_init(void)
{
	int rc = misc_register(&device);

	if (rc)
		return rc;
	rc = tsm_register(&provider, NULL);
	if (rc)
		misc_deregister(&device);
	return rc;
}

static void __exit tsm_simulated_exit(void)
{
	/* Waits for a request that is being served; no signer is attached, it would hold the module. */
	tsm_unregister(&provider);
	misc_deregister(&device);
}

module_init(tsm_simulated_init);
module_exit(tsm_simulated_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("configfs-TSM provider whose quotes a signer in user space makes, for tests");
